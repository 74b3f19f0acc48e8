/** `dav/uploads/USER`: folders of chunks, and the MOVE that joins one. Nothing here shows among the user's files. */
import type { Call } from './account.ts';
import { refuse, type Answer } from './answers.ts';
import { joinChunks } from './moves.ts';
import { askedProperties, hrefOf, multistatus } from './properties.ts';
import { Tree } from './tree.ts';

export async function answerUpload(call: Call): Promise<Answer> {
  const { account, path, method } = call;
  const [id, chunk] = path;
  if (id === undefined || path.length > 2) throw refuse.forbidden();
  if (method === 'MKCOL') {
    if (account.uploads.has(id)) {
      throw refuse.notAllowed('The resource you tried to create already exists');
    }
    account.uploads.set(id, new Map());
    return { status: 201 };
  }
  const chunks = account.uploads.get(id);
  if (chunks === undefined)
    throw method === 'PUT' ? refuse.conflict('no upload') : refuse.notFound(id);
  switch (method) {
    case 'PUT': {
      if (chunk === undefined) throw refuse.conflict('an upload is a folder');
      const bytes = await call.body();
      account.refuseOverQuota(bytes.length);
      const isNew = !chunks.has(chunk);
      chunks.set(chunk, bytes);
      return { status: isNew ? 201 : 204 };
    }
    case 'PROPFIND':
      return listChunks(call, id, chunks);
    case 'MOVE':
      if (chunk !== '.file') throw refuse.forbidden();
      return joinChunks(call, { id, chunks });
    case 'DELETE':
      if (chunk === undefined) account.uploads.delete(id);
      else if (!chunks.delete(chunk)) throw refuse.notFound(chunk);
      return { status: 204 };
    default:
      throw refuse.notAllowed(method);
  }
}

/** As a folder of files would be listed; the joined `.file` shows among them. */
async function listChunks(
  { base, body, header }: Call,
  id: string,
  chunks: ReadonlyMap<string, Uint8Array>,
): Promise<Answer> {
  const tree = new Tree(() => 1_000_000_000_000);
  tree.makeFolder([id]);
  for (const [name, bytes] of chunks) tree.put([id, name], bytes);
  const whole = [...chunks.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  tree.put([id, '.file'], new Uint8Array(whole));
  const below = header('depth') === '0' ? [] : [...(tree.folder([id])?.children ?? [])];
  const shown = [[id], ...below.map(([name]) => [id, name])].flatMap((path) => {
    const node = tree.find(path);
    const isFolder = node?.kind === 'folder';
    return node === undefined ? [] : [{ href: hrefOf(base, path, isFolder), path, node }];
  });
  const asked = askedProperties((await body()).toString('utf8'));
  return {
    status: 207,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: multistatus(shown, asked, { tree, minimal: false, quota: undefined }),
  };
}

/** Names that the store cannot keep: a problem of their paths, told before anything of them is sent. Never changes a name. */
import type { Context } from './context.ts';
import { problem } from './context.ts';

export function isRefused(ctx: Context, path: string): boolean {
  const why = ctx.store.refuses(path);
  if (why !== undefined) {
    const message = `cannot be kept on the store: ${why}; rename it`;
    problem(ctx, { path, kind: 'name', message });
  }
  return why !== undefined;
}

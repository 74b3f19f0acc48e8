/**
 * Knows every content that people and programs ever wrote, and which of them nobody has replaced or deleted on purpose:
 * these must be found at the end. It only listens to what users do, never to what the engine says.
 */
import type { SeenEntry } from '../fake-user.ts';

export class Ledger {
  /** Written and not replaced or deleted by somebody who had it before him → where, for the report. */
  readonly live = new Map<string, string>();
  readonly #known = new Set<string>(['']);
  readonly #often = new Set<string>();
  /** Path on the store → every weak stamp (size and second) that was ever there. */
  readonly #stamps = new Map<string, Set<string>>();
  /** Path on the store → when a program last wrote there, and what. */
  readonly #programs = new Map<string, { readonly at: number; readonly content: string }>();
  /** Path on the store → content that a program deleted there, and that is to come back. */
  readonly #comingBack = new Map<string, string>();
  /** Agent → where it placed something that no segment tells yet. */
  readonly #unannounced = new Map<string, string[]>();
  #moment = 0;
  /** Contents lost to the one race that no protocol can win on a store whose rename replaces. */
  irreducible = 0;

  wrote(content: string, where: string): void {
    if (this.#known.has(content) && !this.live.has(content)) this.#often.add(content);
    this.#known.add(content);
    this.live.set(content, where);
  }

  /** Somebody who had this before him replaced or deleted it. */
  gone(content: string | undefined): void {
    if (content !== undefined) this.live.delete(content);
  }

  /** A program deleted it where deletions by programs are undone. */
  comesBack(path: string, content: string): void {
    this.#comingBack.set(path, content);
  }

  /** Something is put where a program deleted something: nobody can tell this from the program's replacing it. */
  takesPlace(path: string): void {
    for (const [other, content] of this.#comingBack) {
      const isInTheWay =
        other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`);
      if (!isInTheWay) continue;
      this.#comingBack.delete(other);
      this.gone(content);
    }
  }

  placed(agent: string, path: string): void {
    this.#unannounced.set(agent, [...(this.#unannounced.get(agent) ?? []), path]);
  }

  announced(agent: string): void {
    this.#unannounced.delete(agent);
  }

  /** What it placed and did not tell looks like a program's. */
  fellSilent(agent: string): void {
    for (const path of this.#unannounced.get(agent) ?? []) this.takesPlace(path);
    this.#unannounced.delete(agent);
  }

  isKnown(content: string): boolean {
    return this.#known.has(content);
  }

  /** Written again after somebody had removed it: by choice, that removal may take it too. */
  isRepeated(content: string): boolean {
    return this.#often.has(content);
  }

  moment(): number {
    return (this.#moment += 1);
  }

  programWrote(path: string, content: string): void {
    this.#programs.set(path, { at: this.moment(), content });
  }

  /** What is there now was put there by another program. */
  isByProgram(path: string, content: string | undefined): boolean {
    return content !== undefined && this.#programs.get(path)?.content === content;
  }

  /** A rename of an agent replaced `content`: was it written by a program since the agent last looked? */
  overwrote(path: string, content: string, lastLook: number): void {
    const program = this.#programs.get(path);
    if (program?.content !== content || program.at < lastLook) return;
    this.irreducible += 1;
    this.gone(content);
  }

  sawStamp(path: string, stamp: string): void {
    const stamps = this.#stamps.get(path);
    if (stamps === undefined) this.#stamps.set(path, new Set([stamp]));
    else stamps.add(stamp);
  }

  hadStamp(path: string, stamp: string): boolean {
    return this.#stamps.get(path)?.has(stamp) ?? false;
  }
}

/** All contents have one length, so that size tells nothing. */
export function contentText(id: number): string {
  return `v${String(id).padStart(6, '0')} ${((id * 2654435761) >>> 0).toString(16).padStart(8, '0')}`;
}

export function linkText(id: number): string {
  return `t${String(id)}`;
}

export function linkMark(target: string): string {
  return `-> ${target}`;
}

/** What the ledger knows of it: of a file its text, of a link a mark. */
export function contentOf(entry: SeenEntry | undefined): string | undefined {
  if (entry?.kind === 'link') return linkMark(entry.target);
  return entry?.kind === 'file' ? entry.text : undefined;
}

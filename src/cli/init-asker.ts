/**
 * Questions to a person on a terminal. Decides nothing; what is typed hidden is never shown. Loaded only when something has to
 * be asked.
 */
import {
  cancel,
  confirm,
  intro,
  isCancel,
  log,
  outro,
  password,
  select,
  text,
} from '@clack/prompts';
import type { CANCEL_SYMBOL } from '@clack/prompts';
import type { Readable, Writable } from 'node:stream';

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
  /** Shown while the choice is the chosen one. */
  readonly hint?: string;
}

export type Tone = 'plain' | 'good' | 'warn' | 'bad';

interface TextQuestion {
  readonly message: string;
  /** What is there to be edited or just confirmed. */
  readonly initial?: string | undefined;
  /** What is wrong with an answer; undefined: nothing. */
  readonly check?: (answer: string) => string | undefined;
}

/** Every question rejects with an AbortError when the person stops. */
export interface Asker {
  begin(title: string): void;
  say(text: string, tone?: Tone): void;
  text(question: TextQuestion): Promise<string>;
  hidden(question: Omit<TextQuestion, 'initial'>): Promise<string>;
  choose<T extends string>(question: {
    readonly message: string;
    readonly choices: readonly Choice<T>[];
    readonly initial?: T | undefined;
  }): Promise<T>;
  confirm(message: string, initial?: boolean): Promise<boolean>;
  end(text: string): void;
  stopped(text: string): void;
}

/** A person ended the questions. */
export class StoppedError extends DOMException {
  constructor() {
    super('stopped', 'AbortError');
  }
}

export interface AskerOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

export function createAsker({ input, output, signal }: AskerOptions): Asker {
  const common = { input, output };
  // A signal of its own each: the library leaves its listeners on it.
  const question = () => ({ ...common, signal: AbortSignal.any([signal]) });
  return {
    begin: (title) => {
      intro(title, common);
    },
    say: (words, tone = 'plain') => {
      TONES[tone](words, common);
    },
    text: async ({ message, initial, check }) =>
      await answered(
        text({
          ...question(),
          message,
          ...(initial === undefined ? {} : { initialValue: initial }),
          validate: (value) => check?.(value ?? ''),
        }),
      ),
    hidden: async ({ message, check }) =>
      await answered(
        password({ ...question(), message, validate: (value) => check?.(value ?? '') }),
      ),
    choose: async <T extends string>({
      message,
      choices,
      initial,
    }: Parameters<Asker['choose']>[0]) =>
      (await answered(
        select<string>({
          ...question(),
          message,
          options: choices.map((choice) => ({ ...choice })),
          ...(initial === undefined ? {} : { initialValue: initial }),
          maxItems: 12,
          showInstructions: false,
        }),
      )) as T,
    confirm: async (message, initial = true) =>
      await answered(confirm({ ...question(), message, initialValue: initial })),
    end: (words) => {
      outro(words, common);
    },
    stopped: (words) => {
      cancel(words, common);
    },
  };
}

const TONES = { plain: log.message, good: log.success, warn: log.warn, bad: log.error };

async function answered<T>(question: Promise<T | typeof CANCEL_SYMBOL>): Promise<T> {
  const answer = await question;
  if (isCancel(answer)) throw new StoppedError();
  return answer;
}

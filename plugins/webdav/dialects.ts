/** The dialects there are, most particular first. Asks nothing itself. */
import type { Dialect, Greeting, Recognise } from './dialect.ts';
import { generic } from './generic.ts';
import { owncloud } from './owncloud.ts';

const products: readonly Recognise[] = [owncloud];

export async function chooseDialect(greeting: Greeting): Promise<Dialect> {
  for (const recognise of products) {
    const dialect = await recognise(greeting);
    if (dialect !== undefined) return dialect;
  }
  return generic(greeting);
}

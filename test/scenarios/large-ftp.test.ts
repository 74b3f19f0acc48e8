/** The large scenario on the two FTP servers that take longest: a lane of its own. */
import { describeLarge } from './large.ts';
import { lasting } from './stores.ts';

for (const name of lasting) describeLarge(name);

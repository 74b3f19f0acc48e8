/** The large scenario on all stores but those of large-ftp.test.ts. */
import { describeLarge } from './large.ts';
import { lasting, storeNames } from './stores.ts';

for (const name of storeNames) if (!lasting.includes(name)) describeLarge(name);

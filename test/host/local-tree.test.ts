/** The real disk keeps the contract of LocalTree. */
import { describeLocalTree } from '../../src/testkit/local-tree-suite.ts';
import { diskBench } from './disk-user.ts';

describeLocalTree('disk', () => diskBench());

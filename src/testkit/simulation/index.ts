/**
 * The simulation's door: run a seed, run a script, shorten a script. It holds nothing of its own.
 */
export { generateScript } from './generate.ts';
export { profileNamed, profiles, type Profile, type ProfileName } from './profiles.ts';
export { explain, runScript, simulate, type RunOptions, type RunResult } from './run.ts';
export type { Act, ClientSpec, Fault, Script, SimulationEvent } from './script.ts';
export { shrink, type ShrinkOptions } from './shrink.ts';
export type { Failure, FailureKind, OpenLimited } from './world.ts';

/**
 * Lets each store's plugin look at its options while the configuration is checked. Loads only the plugins that are named.
 */
import type { LoadContext } from '../config/load.ts';
import { sayPath } from '../config/issues.ts';
import { checkOptions } from '../config/options.ts';
import { loadPlugin } from '../transport/loader.ts';
import { PluginError } from '../transport/plugin-error.ts';

export function pluginOptions(home: string): NonNullable<LoadContext['checkOptions']> {
  return async (store, yaml, directory) => {
    try {
      const plugin = await loadPlugin(store.plugin, { from: directory, home });
      return checkOptions(store, { plugin, yaml });
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      const path = ['stores', store.name, 'plugin'];
      return [{ ...yaml.locate(path, 'value'), where: sayPath(path), message: error.message }];
    }
  };
}

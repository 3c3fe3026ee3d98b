/** The entry of `dist/cli.js`. */
import { main } from './main.ts';

// The engine worker and timers of an ended command must not keep the process: its status is known.
process.exit(await main(process.argv.slice(2)));

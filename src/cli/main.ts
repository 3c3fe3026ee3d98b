/** The entry, bundled as `dist/cli.js`. */
import { main } from './command-line.ts';

// The engine worker and timers of an ended command must not keep the process: its status is known.
process.exit(await main(process.argv.slice(2)));

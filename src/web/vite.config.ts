/** Builds the page into dist/web: plain files, no inline script or style, as its content security policy demands. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: ['chrome125', 'firefox128', 'safari17.5'],
    // A preload polyfill would be one more script for browsers that are not among the targets.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});

/** The one place that says which version this is; a test holds it to package.json. */
export const VERSION = '0.1.0';

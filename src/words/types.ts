/** The languages Starling speaks. Every dictionary has the same keys in each; the compiler holds that. */
export type Language = 'en' | 'zh';

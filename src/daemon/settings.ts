/** The profile's name and looks. */
import type { MemberId } from '../base/ids.ts';
import { CLASSIC_RATE_DEFAULT, CLASSIC_RATE_MAX, CLASSIC_RATE_MIN } from '../contract/api.ts';
import type { Settings as SettingsInfo, Snapshot } from '../contract/api.ts';
import { AVATAR_COLOURS } from '../contract/people.ts';
import type { EngineCommand } from '../io/engine-messages.ts';
import type { SettingKey } from '../store/setting-rows.ts';
import type { Store } from '../store/store.ts';
import type { Events } from './events.ts';
import { ApiFault } from './fault.ts';
import { NetworkSettings } from './network-settings.ts';
import { checkNick, defaultNick } from './names.ts';

export class Settings {
  readonly id: MemberId;
  readonly network: NetworkSettings;
  readonly #store: Store;
  readonly #events: Events;
  readonly #post: (command: EngineCommand) => void;
  #name: string;
  #named: boolean;
  #colour: number | undefined;

  constructor(id: MemberId, store: Store, events: Events, post: (command: EngineCommand) => void) {
    this.id = id;
    this.#store = store;
    this.network = new NetworkSettings(store);
    this.#events = events;
    this.#post = post;
    this.#name = store.settings.get('name') ?? defaultNick(Math.random());
    this.#named = store.settings.get('named') === 'yes';
    this.#write('name', this.#name);
    const colour = Number(store.settings.get('colour') ?? 0);
    this.#colour = colour >= 1 && colour <= AVATAR_COLOURS ? Math.floor(colour) : undefined;
  }

  /** Of the own badge, where one was chosen. */
  get colour(): number | undefined {
    return this.#colour;
  }

  setColour(colour: number | null): { readonly colour: number | null } {
    this.#write('colour', String(colour ?? 0));
    if ((colour ?? undefined) !== this.#colour) {
      this.#colour = colour ?? undefined;
      this.#post({ type: 'set-colour', colour: this.#colour });
      this.#events.emit({ type: 'self', ...this.self() });
    }
    return { colour };
  }

  get name(): string {
    return this.#name;
  }

  /** False until the user chose a name. */
  get named(): boolean {
    return this.#named;
  }

  setName(text: string): { readonly name: string } {
    const name = checkNick(text);
    this.#write('name', name);
    this.#write('named', 'yes');
    const changed = name !== this.#name || !this.#named;
    if (name !== this.#name) this.#post({ type: 'rename', name });
    this.#name = name;
    this.#named = true;
    if (changed) this.#events.emit({ type: 'self', ...this.self() });
    return { name };
  }

  self(): Snapshot['self'] & { readonly id: MemberId } {
    const colour = this.#colour === undefined ? {} : { colour: this.#colour };
    return { id: this.id, name: this.#name, named: this.#named, ...colour };
  }

  get classicKilobytesPerSecond(): number {
    const rate = Number(this.#store.settings.get('classic-rate') ?? CLASSIC_RATE_DEFAULT);
    return rate >= CLASSIC_RATE_MIN && rate <= CLASSIC_RATE_MAX ? rate : CLASSIC_RATE_DEFAULT;
  }

  /** Mbit/s at most of what is sent from now on; undefined: no bound. */
  get megabitsPerSecond(): number | undefined {
    const rate = Number(this.#store.settings.get('send-rate') ?? '');
    return rate > 0 ? rate : undefined;
  }

  looks(): SettingsInfo {
    const language = this.#store.settings.get('language');
    const theme = this.#store.settings.get('theme');
    const { megabitsPerSecond } = this;
    return {
      ...(megabitsPerSecond === undefined ? {} : { megabitsPerSecond }),
      language: language === 'en' || language === 'zh' ? language : 'auto',
      theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
      classicKilobytesPerSecond: this.classicKilobytesPerSecond,
    };
  }

  setLooks(change: {
    language?: SettingsInfo['language'] | undefined;
    theme?: SettingsInfo['theme'] | undefined;
    classicKilobytesPerSecond?: number | undefined;
    megabitsPerSecond?: number | null | undefined;
  }): SettingsInfo {
    if (change.language !== undefined) this.#write('language', change.language);
    if (change.theme !== undefined) this.#write('theme', change.theme);
    if (change.megabitsPerSecond !== undefined)
      this.#write('send-rate', String(change.megabitsPerSecond ?? ''));
    if (change.classicKilobytesPerSecond !== undefined)
      this.#write('classic-rate', String(change.classicKilobytesPerSecond));
    const settings = this.looks();
    this.#events.emit({ type: 'settings', settings });
    return settings;
  }

  #write(key: SettingKey, value: string): void {
    const written = this.#store.attempt(() => this.#store.settings.set(key, value));
    if (!written.ok) throw new ApiFault(written.error.code, { ...written.error });
  }
}

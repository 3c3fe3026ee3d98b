import type { ReactNode } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';
import { Dialog } from './Dialog.tsx';
import { NameField } from './NameField.tsx';
import { NotificationChoice } from './NotificationChoice.tsx';

/** Name, language and appearance; and what Starling knows of this computer. */
export function SettingsDialog(): ReactNode {
  const words = useWords();
  return (
    <Dialog title={words.settingsTitle}>
      <NameField />
      <div className="settings-choices">
        <LanguageChoice />
        <ThemeChoice />
      </div>
      <NotificationChoice />
      <Facts />
    </Dialog>
  );
}

function LanguageChoice(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const language = useApp((state) => state.settings.language);
  return (
    <label className="field">
      <span>{words.language}</span>
      <select
        value={language}
        onChange={(event) => void actions.setSettings({ language: event.target.value as typeof language })}
      >
        <option value="auto">{words.languageAuto}</option>
        <option value="en" lang="en">
          English
        </option>
        <option value="zh" lang="zh">
          中文
        </option>
      </select>
    </label>
  );
}

function ThemeChoice(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const theme = useApp((state) => state.settings.theme);
  return (
    <label className="field">
      <span>{words.theme}</span>
      <select
        value={theme}
        onChange={(event) => void actions.setSettings({ theme: event.target.value as typeof theme })}
      >
        <option value="auto">{words.themeAuto}</option>
        <option value="light">{words.themeLight}</option>
        <option value="dark">{words.themeDark}</option>
      </select>
    </label>
  );
}

function Facts(): ReactNode {
  const words = useWords();
  const id = useApp((state) => state.self?.id ?? '');
  const downloads = useApp((state) => state.downloads);
  const interfaces = useApp((state) => state.interfaces);
  const version = useApp((state) => state.version);
  return (
    <dl className="facts">
      <dt>{words.downloadsLabel}</dt>
      <dd>{downloads}</dd>
      <dt>{words.interfacesLabel}</dt>
      {interfaces.map(({ name, address }) => (
        <dd key={`${name} ${address}`}>
          {name} {address}
        </dd>
      ))}
      <dt>{words.identityLabel}</dt>
      <dd>
        <code>{id}</code>
      </dd>
      <dt>{words.versionLabel}</dt>
      <dd>{version}</dd>
    </dl>
  );
}

import type { ReactNode } from 'react';
import { useActions, useApp, useWords } from '../context.tsx';

/** Language and appearance, which all tabs of the profile share. */
export function LookSettings(): ReactNode {
  return (
    <div className="settings-choices">
      <LanguageChoice />
      <ThemeChoice />
    </div>
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

import { useState } from 'react';
import type { ReactNode } from 'react';
import { useWords } from '../context.tsx';
import { AboutSettings } from './AboutSettings.tsx';
import { Dialog } from './Dialog.tsx';
import { NotificationChoice } from './NotificationChoice.tsx';
import { FileSettings } from './FileSettings.tsx';
import { KeySettings } from './KeySettings.tsx';
import { LookSettings } from './LookSettings.tsx';
import { NetworkSettings } from './NetworkSettings.tsx';
import { ProfileSettings } from './ProfileSettings.tsx';

const SECTIONS = [
  { title: 'sectionProfile', Part: ProfileSettings },
  { title: 'sectionLooks', Part: LookSettings },
  { title: 'notifyTitle', Part: NotificationChoice },
  { title: 'sectionFiles', Part: FileSettings },
  { title: 'sectionNetwork', Part: NetworkSettings },
  { title: 'sectionKeys', Part: KeySettings },
  { title: 'sectionAbout', Part: AboutSettings },
] as const;

type Section = (typeof SECTIONS)[number];

/** All settings, one part at a time. */
export function SettingsDialog({ part }: { readonly part: Section['title'] | undefined }): ReactNode {
  const words = useWords();
  const [section, setSection] = useState<Section>(SECTIONS.find((one) => one.title === part) ?? SECTIONS[0]);
  const { title, Part } = section;
  return (
    <Dialog title={words.settingsTitle} size="large">
      <div className="settings">
        <nav className="settings-parts" aria-label={words.settingsSections}>
          {SECTIONS.map((one) => (
            <button
              key={one.title}
              type="button"
              className="settings-part"
              aria-current={one === section ? 'page' : undefined}
              onClick={() => setSection(one)}
            >
              {words[one.title]}
            </button>
          ))}
        </nav>
        <section className="settings-body" aria-label={words[title]}>
          <h3 className="settings-title">{words[title]}</h3>
          <Part />
        </section>
      </div>
    </Dialog>
  );
}

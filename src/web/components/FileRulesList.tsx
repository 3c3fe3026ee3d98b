import { useState } from 'react';
import type { ReactNode } from 'react';
import type { FileRule, FileRules, FileRuleSet } from '../../contract/api.ts';
import { useActions, useApp, useWords } from '../context.tsx';
import { peopleSeen } from '../state/people.ts';
import { shownName } from '../text/names.ts';
import { FileRuleFields } from './FileRuleFields.tsx';
import { ProblemLine } from './ProblemLine.tsx';
import { useAsked } from './useAsked.ts';

/** Whom a rule is about; neither: everybody. */
interface Subject {
  readonly room?: string;
  readonly member?: string;
}

const NONE: FileRuleSet = { acceptBytes: null, onTheWayBytes: null, dayBytes: null };

/** The rules by which files are taken: for everybody, and those of rooms and people that differ. */
export function FileRulesList(): ReactNode {
  const words = useWords();
  const actions = useActions();
  const { value: rules, problem, change } = useAsked('rules', {});
  /** A rule that says nothing yet, which the daemon does not keep. */
  const [added, setAdded] = useState<RuleRow>();
  if (rules === undefined) return <ProblemLine problem={problem} />;
  const { everywhere, defaults } = rules;
  const set = (subject: Subject, rule: Partial<FileRuleSet>): void =>
    void change(actions.attempt('set-rules', { ...subject, ...rule }));
  const unlessDefault = (which: keyof FileRule): number | null =>
    everywhere[which] === defaults[which] ? null : everywhere[which];
  const kept = rowsOf(rules);
  const isKept = kept.some(({ key }) => key === added?.key);
  const rows = added === undefined || isKept ? kept : [...kept, added];
  return (
    <section className="rules">
      <h4>{words.rulesTitle}</h4>
      <p className="quiet">{words.rulesText}</p>
      <FileRuleFields
        label={words.rulesEverybody}
        rule={{
          acceptBytes: unlessDefault('acceptBytes'),
          onTheWayBytes: unlessDefault('onTheWayBytes'),
          dayBytes: unlessDefault('dayBytes'),
        }}
        usual={defaults}
        onChange={(rule) => set({}, rule)}
      />
      {rows.map(({ key, subject, rule, name }) => (
        <FileRuleFields
          key={key}
          label={
            subject.room === undefined ? words.rulesMember(shownName(name)) : words.rulesRoom(shownName(name))
          }
          rule={rule}
          usual={everywhere}
          onChange={(part) => set(subject, part)}
          onRemove={() => {
            setAdded(undefined);
            if (rule !== NONE) set(subject, NONE);
          }}
        />
      ))}
      <AddRule taken={rows} onAdd={setAdded} />
      {rows.length === 0 ? null : <p className="quiet">{words.rulesOrder}</p>}
      <ProblemLine problem={problem} />
    </section>
  );
}

interface RuleRow {
  readonly key: string;
  readonly subject: Subject;
  readonly name: string;
  readonly rule: FileRuleSet;
}

function rowsOf({ rooms, members }: FileRules): readonly RuleRow[] {
  return [
    ...rooms.map(({ room, ...rule }) => ({ key: `room ${room}`, subject: { room }, name: room, rule })),
    ...members.map(({ member, ...rule }) => ({
      key: `member ${member.id}`,
      subject: { member: member.id },
      name: member.name,
      rule,
    })),
  ];
}

interface AddRuleProps {
  readonly taken: readonly RuleRow[];
  readonly onAdd: (row: RuleRow) => void;
}

/** The rooms and people that have no rule of their own. */
function AddRule({ taken, onAdd }: AddRuleProps): ReactNode {
  const words = useWords();
  const allRooms = useApp((state) => state.rooms);
  const lists = useApp((state) => state.members);
  const keys = new Set(taken.map(({ key }) => key));
  const rooms: readonly RuleRow[] = allRooms
    .filter(({ kind }) => kind === 'public' || kind === 'private')
    .map(({ room, name }) => ({ key: `room ${room}`, subject: { room }, name, rule: NONE }));
  const people: readonly RuleRow[] = peopleSeen(lists).map(({ id, name }) => ({
    key: `member ${id}`,
    subject: { member: id },
    name,
    rule: NONE,
  }));
  const free = (rows: readonly RuleRow[]): readonly RuleRow[] => rows.filter(({ key }) => !keys.has(key));
  const options = (rows: readonly RuleRow[]): ReactNode =>
    free(rows).map(({ key, name }) => (
      <option key={key} value={key}>
        {shownName(name)}
      </option>
    ));
  return (
    <label className="field">
      <span>{words.rulesAdd}</span>
      <select
        value=""
        onChange={(event) => {
          const chosen = [...rooms, ...people].find(({ key }) => key === event.target.value);
          if (chosen !== undefined) onAdd(chosen);
        }}
      >
        <option value="">{words.rulesAddWhom}</option>
        <optgroup label={words.rulesRooms}>{options(rooms)}</optgroup>
        <optgroup label={words.rulesPeople}>{options(people)}</optgroup>
      </select>
    </label>
  );
}

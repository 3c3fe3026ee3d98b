/** The passphrase of the profile's private key. */
import { cliWords } from '../../words/cli.ts';
import { CommandFailure, EXIT_OK } from '../exit.ts';
import { askPassphrase, canAsk, passphraseIn } from '../passphrase.ts';
import { Session } from '../session.ts';
import type { Context } from '../session.ts';

/** `set`: one, or another one. `remove`: none from now on. */
export async function passphrase(context: Context): Promise<number> {
  const { invocation, output, language } = context;
  const [action, extra] = invocation.args;
  if ((action !== 'set' && action !== 'remove') || extra !== undefined)
    throw new CommandFailure('usage', { detail: cliWords(language, 'usage.passphrase') });
  const session = await Session.open(context, {
    life: 'brief',
    joinRemembered: 'never',
    receives: false,
    catchUp: false,
  });
  const next = action === 'remove' ? null : await newPassphrase(context);
  const { passphraseFile } = invocation;
  let current = passphraseFile === undefined ? undefined : await passphraseIn(passphraseFile);
  const change = (): Promise<{ readonly isSet: boolean }> =>
    session.connection.request('set-passphrase', {
      next,
      ...(current === undefined ? {} : { current }),
    });
  let done: { readonly isSet: boolean };
  try {
    done = await change();
  } catch (error) {
    // There is one already, and it was not given.
    const isAsked = error instanceof CommandFailure && error.code === 'passphrase-wrong';
    if (!isAsked || current !== undefined || !canAsk()) throw error;
    current = await askPassphrase(cliWords(language, 'passphrase.ask-current'));
    done = await change();
  }
  output.event({ type: 'result', ok: true, ...done });
  output.note(done.isSet ? 'passphrase.set' : 'passphrase.removed');
  return EXIT_OK;
}

async function newPassphrase({ invocation, language }: Context): Promise<string> {
  const { newPassphraseFile } = invocation;
  if (newPassphraseFile !== undefined) return passphraseIn(newPassphraseFile);
  if (!canAsk()) throw new CommandFailure('usage', { detail: cliWords(language, 'usage.passphrase-new') });
  const first = await askPassphrase(cliWords(language, 'passphrase.ask-new'));
  const second = await askPassphrase(cliWords(language, 'passphrase.ask-repeat'));
  if (first !== second) throw new CommandFailure('passphrase-differs');
  return first;
}

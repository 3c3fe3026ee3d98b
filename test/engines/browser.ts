/**
 * A browser of another engine than Chromium's, driven by the protocols of the W3C that it speaks itself: WebDriver (WebKit) or
 * WebDriver BiDi (Firefox). Only what the walk needs.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Key values of the W3C's WebDriver, §17.4.2. */
export const KEY = { enter: '\uE007', escape: '\uE00C' } as const;

export interface OtherBrowser {
  readonly version: string;
  open(url: string): Promise<void>;
  /** Runs the body of a function in the page; what it returns must be JSON. */
  run(body: string, ...values: readonly unknown[]): Promise<unknown>;
  click(x: number, y: number): Promise<void>;
  /** Of the element that has the focus. */
  press(keys: string): Promise<void>;
  chooseFile(selector: string, path: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

const START_MS_MAX = 20_000;
const COMMAND_MS_MAX = 30_000;

const keyActions = (keys: string): readonly object[] => [
  {
    type: 'key',
    id: 'keys',
    actions: Array.from(keys).flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]),
  },
];

const clickActions = (x: number, y: number): readonly object[] => [
  {
    type: 'pointer',
    id: 'mouse',
    actions: [
      { type: 'pointerMove', x: Math.round(x), y: Math.round(y), origin: 'viewport' },
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    ],
  },
];

async function started<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  const until = Date.now() + START_MS_MAX;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw new Error(`${what} does not answer`, { cause: error });
      await sleep(200);
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(kill);
}

// ---- WebKit, by WebDriver (Debian: webkit2gtk-driver, xvfb)

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';

/** `display`: of an X server, such as `:77`. */
export async function openWebKit(display: string, port: number): Promise<OtherBrowser> {
  const folder = readdirSync(LIBRARIES).find((name) => name.startsWith('webkit2gtk-4'));
  if (folder === undefined) throw new Error('WebKitGTK is not installed: apt-get install webkit2gtk-driver');
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    stdio: 'ignore',
    env: { ...process.env, DISPLAY: display, LANGUAGE: 'en_GB', LANG: 'en_GB.UTF-8' },
  });
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(COMMAND_MS_MAX),
    });
    const { value } = (await answer.json()) as { value: unknown };
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  const options = { binary: join(LIBRARIES, folder, 'MiniBrowser'), args: ['--automation'] };
  const capabilities = {
    alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options },
  };
  const session = (await started('WebKitWebDriver', () => call('POST', '/session', { capabilities }))) as {
    readonly sessionId: string;
    readonly capabilities: { readonly browserVersion: string };
  };
  const at = `/session/${session.sessionId}`;
  const act = async (actions: readonly object[]): Promise<void> => {
    await call('POST', `${at}/actions`, { actions });
  };
  return {
    version: `WebKitGTK ${session.capabilities.browserVersion}`,
    open: async (url) => void (await call('POST', `${at}/url`, { url })),
    run: (body, ...values) => call('POST', `${at}/execute/sync`, { script: body, args: values }),
    click: (x, y) => act(clickActions(x, y)),
    press: (keys) => act(keyActions(keys)),
    chooseFile: async (selector, path) => {
      const found = await call('POST', `${at}/element`, { using: 'css selector', value: selector });
      const id = (found as Record<string, string>)[ELEMENT];
      await call('POST', `${at}/element/${id}/value`, { text: path });
    },
    resize: async (width, height) => void (await call('POST', `${at}/window/rect`, { width, height })),
    picture: async () => Buffer.from((await call('GET', `${at}/screenshot`)) as string, 'base64'),
    close: async () => {
      await call('DELETE', at).catch(() => undefined);
      await end(driver);
    },
  };
}

// ---- Firefox, by WebDriver BiDi (Debian: firefox-esr)

export async function openFirefox(port: number): Promise<OtherBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'starling-firefox-'));
  const browser = spawn(
    'firefox-esr',
    ['--headless', '--profile', profile, `--remote-debugging-port=${port}`, 'about:blank'],
    { stdio: 'ignore' },
  );
  const socket = await started('firefox-esr', () => connected(`ws://127.0.0.1:${port}/session`));
  const call = commandsOver(socket);
  const session = (await call('session.new', { capabilities: {} })) as {
    readonly capabilities: { readonly browserVersion: string };
  };
  const tree = (await call('browsingContext.getTree', {})) as { contexts: readonly { context: string }[] };
  const context = tree.contexts[0]?.context;
  const act = async (actions: readonly object[]): Promise<void> => {
    await call('input.performActions', { context, actions });
  };
  const evaluate = async (body: string, values: readonly unknown[]): Promise<Remote> => {
    const answer = (await call('script.callFunction', {
      functionDeclaration: `function () { return (function () { ${body} }).apply(null, JSON.parse(arguments[0])); }`,
      arguments: [{ type: 'string', value: JSON.stringify(values) }],
      target: { context },
      awaitPromise: true,
    })) as { readonly type: string; readonly result?: Remote; readonly exceptionDetails?: { text: string } };
    if (answer.result === undefined) throw new Error(answer.exceptionDetails?.text);
    return answer.result;
  };
  return {
    version: `Firefox ${session.capabilities.browserVersion}`,
    open: async (url) => void (await call('browsingContext.navigate', { context, url, wait: 'complete' })),
    run: async (body, ...values) => {
      const { value } = await evaluate(
        `return JSON.stringify((function () { ${body} }).apply(null, arguments))`,
        values,
      );
      return value === undefined ? undefined : JSON.parse(value);
    },
    click: (x, y) => act(clickActions(x, y)),
    press: (keys) => act(keyActions(keys)),
    chooseFile: async (selector, path) => {
      const element = await evaluate('return document.querySelector(arguments[0])', [selector]);
      await call('input.setFiles', { context, element: { sharedId: element.sharedId }, files: [path] });
    },
    resize: async (width, height) =>
      void (await call('browsingContext.setViewport', { context, viewport: { width, height } })),
    picture: async () => {
      const { data } = (await call('browsingContext.captureScreenshot', { context })) as { data: string };
      return Buffer.from(data, 'base64');
    },
    close: async () => {
      await call('browser.close', {}).catch(() => undefined);
      socket.close();
      await end(browser);
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

interface Remote {
  readonly value?: string;
  readonly sharedId?: string;
}

function connected(address: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { perMessageDeflate: false });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}

type Call = (method: string, params: object) => Promise<unknown>;

/** Numbered commands and their answers; events are not listened to. */
function commandsOver(socket: WebSocket): Call {
  interface Waiting {
    readonly resolve: (value: unknown) => void;
    readonly reject: (error: Error) => void;
  }
  const waiting = new Map<number, Waiting>();
  let last = 0;
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString()) as {
      id?: number;
      type: string;
      result?: unknown;
      message?: string;
    };
    const asked = waiting.get(answer.id ?? 0);
    if (asked === undefined) return;
    waiting.delete(answer.id ?? 0);
    if (answer.type === 'error') asked.reject(new Error(answer.message));
    else asked.resolve(answer.result);
  });
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, { resolve, reject });
      const late = setTimeout(() => {
        if (waiting.delete(id)) reject(new Error(`${method}: no answer`));
      }, COMMAND_MS_MAX);
      late.unref();
      socket.send(JSON.stringify({ id, method, params }));
    });
}

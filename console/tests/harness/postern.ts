import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { preview } from 'vite';

const run = promisify(execFile);

/** The binary that is tested: `POSTERN`, or what the workspace's tests built. */
export const BINARY = resolve(process.env.POSTERN ?? '../target/debug/postern');

/** One way to be refused that the demo sets up. */
export interface Scenario {
  name: string;
  curl: string;
  expect_status: number;
  expect_code: string;
}

/** A running Postern with its demo. */
export interface Postern {
  gateway: string;
  admin: string;
  /** Where the console is: the admin address, or what `CONSOLE=vite` serves. */
  console: string;
  data: string;
  token: string;
  scenarios: Scenario[];
  /** Runs `postern …` beside it; what it prints. */
  command(...args: string[]): Promise<string>;
  /** Asks the management API with the demo's token. */
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: never }>;
  /** Ends the process, and starts it again with the same data and addresses. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its data. */
  end(): Promise<void>;
}

/** A port that nobody listens on just now. */
export async function port(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/**
 * Serves `dist` before an admin address, for those who work on the console and do not build the binary each
 * time. The content security policy is the binary's, so the last word is that of a run without this.
 */
async function served(admin: string) {
  const at = await port();
  const server = await preview({
    logLevel: 'silent',
    preview: {
      host: '127.0.0.1',
      port: at,
      strictPort: true,
      proxy: {
        // `Host` stays what the browser says, so that identity providers bring it back to here.
        // While Postern is stopped, connections break as they would without this.
        '^/(api|healthz|readyz)': {
          target: admin,
          configure: (proxy) => proxy.on('error', (_error, _request, response) => response.destroy()),
        },
      },
    },
  });
  return { address: `http://127.0.0.1:${at}`, close: () => server.close() };
}

/** Starts Postern with its demo, or, with `empty`, with nothing; `env` are variables for it. */
export async function postern(
  options: { empty?: boolean; env?: Record<string, string> } = {},
): Promise<Postern> {
  const data = await mkdtemp(join(tmpdir(), 'postern-console-'));
  const gateway = `127.0.0.1:${await port()}`;
  const admin = `127.0.0.1:${await port()}`;
  let child: ReturnType<typeof spawn> | undefined;
  const start = async () => {
    const kind = options.empty ? [] : ['--demo'];
    const args = ['run', ...kind, '--data', data, '--gateway', gateway, '--admin', admin];
    let printed = '';
    const env = { ...process.env, ...options.env };
    child = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    child.stdout?.on('data', (text) => (printed += text));
    child.stderr?.on('data', (text) => (printed += text));
    const deadline = Date.now() + 30_000;
    while (
      !(await fetch(`http://${admin}/readyz`).then(
        (r) => r.ok,
        () => false,
      ))
    ) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`Postern did not start:\n${printed}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  const stop = async () => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null) return;
    const ended = new Promise((done) => ending.once('exit', done));
    ending.kill('SIGTERM');
    await ended;
  };
  await start();
  const vite = process.env.CONSOLE === 'vite' ? await served(`http://${admin}`) : undefined;
  const demo = options.empty ? undefined : JSON.parse(await readFile(join(data, 'demo.json'), 'utf8'));
  const token: string = demo?.admin_token ?? '';
  return {
    gateway: `http://${gateway}`,
    admin: `http://${admin}`,
    console: vite?.address ?? `http://${admin}`,
    data,
    token,
    scenarios: demo?.scenarios ?? [],
    start,
    stop,
    async command(...args) {
      const { stdout } = await run(BINARY, [...args, '--data', data]);
      return stdout;
    },
    async ask(method, path, body) {
      const response = await fetch(`http://${admin}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: (text ? JSON.parse(text) : undefined) as never };
    },
    async end() {
      await stop();
      await vite?.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** What a shell command prints and how its request was answered: `curl` gets `-i` appended. */
export async function curl(command: string): Promise<{ status: number; id: string; text: string }> {
  const { stdout } = await run('sh', ['-c', `${command} -s -i`]);
  const heads = [...stdout.matchAll(/^HTTP\/[\d.]+ (\d+)/gm)];
  const ids = [...stdout.matchAll(/^x-request-id: (\S+)/gim)];
  return {
    status: Number(heads.at(-1)?.[1] ?? 0),
    id: ids.at(-1)?.[1] ?? '',
    text: stdout,
  };
}

import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));

/** These run in real time, also against clocks of their own, measure, or start threads and processes: they lie beside their source and run with the long ones. */
const realTime = [
  'engine/agent/session-trouble.test.ts',
  'engine/agent/session.test.ts',
  'engine/calendar/calendar-model.test.ts',
  'engine/calendar/mail.test.ts',
  'engine/call/after-call.test.ts',
  'engine/call/outbound-leg.test.ts',
  'engine/call/transfer.test.ts',
  'engine/knowledge/ingest.test.ts',
  'engine/knowledge/reading.test.ts',
  'engine/llm/chain.test.ts',
  'engine/llm/openai.test.ts',
  'engine/media/leg.test.ts',
  'engine/media/srtp/assembly/build.test.ts',
  'engine/media/talk-off.test.ts',
  'engine/rehearsal/line/shifted-date.test.ts',
  'engine/sip/cost.test.ts',
  'engine/sip/failover.test.ts',
  'engine/sip/forking.test.ts',
  'engine/sip/line.test.ts',
  'engine/sip/nat/stun.test.ts',
  'engine/sip/registrar/registrar.test.ts',
  'engine/sip/registration/registration.test.ts',
  'engine/sip/server-dialogs.test.ts',
  'engine/sip/server-strangers.test.ts',
  'engine/sip/server.test.ts',
  'engine/sip/silence.test.ts',
  'engine/sip/tls.test.ts',
  'engine/sip/watch.test.ts',
  'engine/sip/within.test.ts',
  'engine/speech/stt/deepgram.test.ts',
  'engine/speech/tts/speaker.test.ts',
  'engine/speech/tts/voice-services.test.ts',
  'engine/store/acts.test.ts',
  'engine/store/booking-race.test.ts',
  'engine/store/calendar-race.test.ts',
  'test/unit/rtp-endpoint.test.ts',
];

/** Each file's process reads the engine anew, and starts engines: they find compiled what the ones before them left. */
const compiled = {
  env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/voxbox-code', import.meta.url)) },
  setupFiles: 'test/compiled-code.mjs',
};

/** What the screens hold needs Svelte's compiler, as they do. */
const state = 'renderer/src/state/**/*.test.ts';

/** Three projects: quick ones beside the source, whole processes with real peers, and the screens. */
export default defineConfig({
  root,
  test: {
    teardownTimeout: 30_000,
    projects: [
      {
        root,
        test: {
          ...compiled,
          name: 'unit',
          include: [
            'app/**/*.test.ts',
            'engine/**/*.test.ts',
            'models/**/*.test.ts',
            'renderer/src/**/*.test.ts',
            'test/architecture.test.ts',
            'test/unit/**/*.test.ts',
          ],
          exclude: [...realTime, state],
          globalSetup: 'test/unit/in-memory.mjs',
          pool: 'forks',
          // Imported as the engine is: by Node itself, which is quicker, and what runs is what lies there.
          experimental: { viteModuleRunner: false },
          // Files share processes, and so their imports: there is no module-level state that could pass on.
          isolate: false,
          maxWorkers: 2,
          testTimeout: 20_000,
        },
      },
      {
        root,
        test: {
          ...compiled,
          name: 'interop',
          // Node reads the modules itself, as it does in production; each file has a process of its own, and is ready sooner.
          experimental: { viteModuleRunner: false },
          include: ['test/interop/**/*.test.ts', ...realTime],
          pool: 'forks',
          fileParallelism: false,
          // Synthesised voices draw noise and hosts stall: what fails twice is broken. `npm test` names what it saved.
          retry: { count: 1, delay: 2000 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        root,
        // What the screens hold is compiled as it is for them.
        plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
        test: {
          ...compiled,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', state],
          globalSetup: 'test/e2e/built-page.mjs',
          // As patient as the pages are themselves (`emptyPage`): a busy machine is no fault of theirs.
          expect: { poll: { timeout: 20_000 } },
          pool: 'forks',
          // One after the other in one process: what they import is read once.
          isolate: false,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page, ViewportSize } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeSession } from '../../engine/api/access/fake-session.ts';
import { type ApiOptions, fakeOwner, makeEntrance } from '../../engine/api/index.ts';
import type { Box } from '../../engine/store/index.ts';
import { settingsStrings } from '../../renderer/src/strings-settings.ts';
import { repositoryRoot } from '../caller/engine-process.ts';
import { hasBrowser, laptop, phone, schemes, wide, withBrowser } from './browser.ts';
import { fakeHealth, fakeLines, fillLines } from './fake-machine.ts';
import { fullPractice } from './full-practice.ts';
import { SetClock } from './practice.ts';
import { Stage } from './stage.ts';
import { type View, viewsBefore, viewsOf } from './views.ts';

/** `npm run screens`: the pictures of docs/screens are made anew. */
const paints = process.env.UPDATE_SCREENS === '1';
const pictures = join(repositoryRoot, 'docs', 'screens');
const longMs = 600_000;

/** Conformance to WCAG 2.2, levels A and AA. */
const rules = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
};
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

async function violationsOf(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the page keeps the content policy that it has for everybody.
  await page.evaluate(`globalThis.axe ?? (() => { ${axe} })()`);
  const found = await page.evaluate<readonly Violation[]>(
    `axe.run(document, ${JSON.stringify(rules)}).then(({ violations }) => violations)`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

const settled = async (page: Page, { path, ready, act }: View): Promise<void> => {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${path}`)}`);
  await page.getByText(ready).filter({ visible: true }).first().waitFor();
  await act?.(page);
  await expect
    .poll(() => page.locator('main .skeleton').filter({ visible: true }).count(), { timeout: 10_000 })
    .toBe(0);
};

/** @param dataDir of a test that is gone soon: the picture shows the usual one */
async function picture(page: Page, path: string, dataDir: string): Promise<void> {
  await page.evaluate(`(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      texts.currentNode.data = texts.currentNode.data.replace(${JSON.stringify(dataDir)}, '/var/lib/voxbox');
    }
  })()`);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 60 });
  await session.detach();
  writeFileSync(path, Buffer.from(data, 'base64'));
}

describe.skipIf(!hasBrowser)(withBrowser('every page'), () => {
  const clock = new SetClock();
  /** A practice with something of everything, and what is there before one can be seen. */
  const scenes: { readonly stage: Stage; readonly views: readonly View[] }[] = [];

  beforeAll(async () => {
    const parts: Partial<ApiOptions> = {
      health: fakeHealth,
      lines: () => fakeLines(stage.box)(),
      whoIs: (asked) => owner(asked),
    };
    const stage = new Stage({ clock, parts });
    fillLines(stage.box);
    const owner = olga(stage.box);
    scenes.push({ stage, views: viewsOf(await fullPractice(stage, clock), settingsStrings.sections) });
    await stage.open();
    const [unowned, owned, empty] = [
      ...[true, true, false].map((signIn) => new Stage({ clock, signIn })),
    ] as [Stage, Stage, Stage];
    fakeSession(owned.box, { boxRole: 'owner' });
    const before = viewsBefore(makeEntrance(unowned.box).token);
    scenes.push({ stage: unowned, views: before.unowned }, { stage: owned, views: before.owned });
    scenes.push({ stage: empty, views: before.empty });
    for (const { stage: further } of scenes.slice(1)) await further.open();
    if (!paints) return;
    rmSync(pictures, { recursive: true, force: true });
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, 'README.md'), index(scenes.flatMap(({ views }) => views)));
  });

  afterAll(async () => {
    for (const { stage } of scenes.toReversed()) await stage.close();
  });

  /** Looks at each of them. Returns what is wrong. */
  async function walk(
    { stage, views }: (typeof scenes)[number],
    { viewport, colorScheme }: { viewport: ViewportSize; colorScheme: (typeof schemes)[number] },
  ): Promise<string[]> {
    const wrong: string[] = [];
    const skipped = viewport.width === phone.width ? 'desktop' : 'phone';
    const page = await stage.page('', { viewport, colorScheme });
    for (const view of views.filter(({ only }) => only !== skipped)) {
      try {
        await settled(page, view);
        const scrollWidth = await page.evaluate<number>('document.documentElement.scrollWidth');
        if (scrollWidth > viewport.width) wrong.push(`${view.name}: scrolls sideways, ${scrollWidth} px`);
        const name = `${view.name}-${viewport.width}-${colorScheme}.webp`;
        if (paints) await picture(page, join(pictures, name), stage.dataDir);
        else wrong.push(...(await violationsOf(page)).map((violation) => `${view.name}: ${violation}`));
      } catch (error) {
        wrong.push(`${view.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
      // What was opened above the page is not there for the next one.
      if (view.act) await page.goto(`${stage.address}?${view.name}`);
    }
    await page.context().close();
    return wrong;
  }

  for (const viewport of paints ? [phone, laptop, wide] : [phone, laptop]) {
    for (const colorScheme of schemes) {
      it(`can be used by everybody, ${viewport.width} px, ${colorScheme}`, { timeout: longMs }, async () => {
        const wrong: string[] = [];
        for (const scene of scenes) wrong.push(...(await walk(scene, { viewport, colorScheme })));
        expect(wrong).toEqual([]);
      });
    }
  }

  it('complains about nothing', () => {
    expect(scenes.flatMap(({ stage }) => stage.complaints)).toEqual([]);
  });
});

/** The owner of the box, signed in at this screen. */
function olga(box: Box): typeof fakeOwner {
  const { userId } = fakeSession(box, { boxRole: 'owner' });
  const { name } = box.users.change(userId, { name: 'Olga Owner' });
  const session = box.sessions.ofUser(userId)[0] ?? null;
  return (asked) => ({ ...fakeOwner(asked), id: userId, name, session });
}

/** The page that shows the pictures. */
function index(views: readonly View[]): string {
  const cell = ({ name, title }: View, width: number, scheme: string) =>
    `[<img src="${name}-${width}-${scheme}.webp" alt="${title}, ${scheme}, ${width} px" width="240">](${name}-${width}-${scheme}.webp)`;
  const rows = views.map((view) => {
    const sizes = [phone, laptop, wide].filter(
      (size) => view.only !== (size === phone ? 'desktop' : 'phone'),
    );
    const cells = sizes.flatMap(({ width }) => schemes.map((scheme) => cell(view, width, scheme)));
    return `## ${view.title}\n\n${cells.join('\n')}\n`;
  });
  return `# The screens\n\nMade by \`npm run screens\` of the page as it is built, at 390, 1280 and 1920 px, light and dark.\n\n${rows.join('\n')}`;
}

import { join } from 'node:path';
import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron';
import { stateInWords, strings } from './strings.ts';
import type { EngineState } from './watchdog.ts';

const sizePx = 22;

/** Stays while the window is closed: calls go on. @returns what shows a state of the engine in it */
export function createTray(actions: {
  readonly open: () => void;
  readonly restart: () => void;
  readonly showLog: () => void;
  readonly quit: () => void;
}): (state: EngineState) => void {
  const icon = nativeImage.createFromPath(join(import.meta.dirname, '../icon.png'));
  const tray = new Tray(icon.resize({ width: sizePx, height: sizePx }));
  tray.on('click', actions.open);
  return (state) => {
    const words = stateInWords(state);
    const down = state.kind === 'waiting' || state.kind === 'given-up';
    const items: MenuItemConstructorOptions[] = [
      { label: words, enabled: false },
      { label: strings.open, click: actions.open },
      { label: strings.restart, click: actions.restart, enabled: down },
      { label: strings.showLog, click: actions.showLog },
      { label: strings.quit, click: actions.quit },
    ];
    tray.setToolTip(`${strings.name}: ${words}`);
    tray.setContextMenu(Menu.buildFromTemplate(items));
  };
}

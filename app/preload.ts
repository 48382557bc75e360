import { contextBridge, ipcRenderer } from 'electron';
import { type Door, doorChannel } from './door.ts';

// A page in the window finds it as `window.voxbox`; a browser has none.
contextBridge.exposeInMainWorld('voxbox', {
  /** Null for a page that is not the engine's. */
  door: (): Promise<Door | null> => ipcRenderer.invoke(doorChannel),
});

#!/usr/bin/env node
/** The `voxbox` command: `voxbox serve`, `voxbox models pull`, `voxbox appointments list --json` ... */
import { join } from 'node:path';
import { ensurePackages, hand, orExplain, root } from './setup.mjs';

orExplain(ensurePackages);
hand([join(root, 'engine', 'main.ts'), ...process.argv.slice(2)]);

import { ensureRenderer } from '../../installer/setup.mjs';

/** The page is built once for all tests of the screens, and not at all where it has not changed. */
export default ensureRenderer;

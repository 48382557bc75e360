/** The embedded SIP server in a process of its own: what an external one is to the box. */
import { silentLog } from '../../../engine/foundation/index.ts';
import { startSip } from '../../../engine/sip/index.ts';

const sip = await startSip({ host: '127.0.0.1', port: 0, log: silentLog });
const { port, controlPort, controlSecret } = sip;
process.stdout.write(`${JSON.stringify({ port, controlPort, controlSecret })}\n`);
process.once('SIGTERM', () => void sip.stop().then(() => process.exit(0)));

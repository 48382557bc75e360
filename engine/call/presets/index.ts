import { readdirSync, readFileSync } from 'node:fs';
import { VoxboxError } from '../../foundation/index.ts';
import type { NewTrunk, TrunkChange } from '../../store/index.ts';
import { presetSchema, type TrunkPreset } from './preset.ts';

export type { PresetField, TrunkPreset } from './preset.ts';
export { presetFieldNames } from './preset.ts';

/** Presets of carriers first, by name; the general ones last. */
export function listPresets(): TrunkPreset[] {
  const folder = new URL('./', import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => presetSchema.parse(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))))
    .toSorted((one, other) => {
      const rank = ({ id }: TrunkPreset): number => (id.startsWith('generic-') ? 1 : 0);
      return rank(one) - rank(other) || one.name.localeCompare(other.name, 'en');
    });
}

/** @throws VoxboxError `input_invalid` for an id that is not known */
export function findPreset(id: string): TrunkPreset {
  const presets = listPresets();
  const preset = presets.find((one) => one.id === id);
  if (!preset) {
    throw new VoxboxError(
      'input_invalid',
      `preset: must be one of ${presets.map((one) => one.id).join(', ')}`,
    );
  }
  return preset;
}

/**
 * A trunk made of a preset and what the technician gave; given values win.
 *
 * @throws VoxboxError `input_invalid` naming the first value that is missing or does not fit the vendor
 */
export function trunkFromPreset(preset: TrunkPreset, name: string, given: TrunkChange): NewTrunk {
  const values: Readonly<Record<string, unknown>> = { ...given };
  const missing = preset.fields.find(
    (field) => field.required && (values[field.name] === undefined || values[field.name] === null),
  );
  if (missing) throw new VoxboxError('input_invalid', `${missing.name}: ${missing.label}. ${missing.help}`);
  const host = given.host ?? preset.trunk.host;
  if (host && !preset.hosts.some((pattern) => new RegExp(pattern, 'i').test(host))) {
    throw new VoxboxError('input_invalid', `host: ${host} is no host of ${preset.name}`);
  }
  const transport = given.transport ?? preset.trunk.transport;
  const usualPort = preset.ports[transport];
  if (usualPort === undefined) {
    throw new VoxboxError('input_invalid', `transport: ${preset.name} does not offer ${transport}`);
  }
  // One without a port is found by SRV, which names all of its servers (RFC 3263 §4.2).
  const { port: ownPort } = preset.trunk;
  const port = ownPort !== undefined && transport !== preset.trunk.transport ? usualPort : ownPort;
  const ranges = preset.signalling.flatMap((place) => place.ranges);
  // SRTP keys travel in the SDP (RFC 4568 §5): without TLS they protect nothing.
  const srtp = transport === 'tls' ? preset.trunk.srtp : 'off';
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return {
    ...preset.trunk,
    srtp,
    ...(port === undefined ? {} : { port }),
    ...(ranges.length > 0 ? { addresses: ranges } : {}),
    ...known,
    kind: preset.kind,
    name,
    preset: preset.id,
  };
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** 1.5 GB: decimal, as disks are sold. */
export function size(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** 42 % */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

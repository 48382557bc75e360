/** Pattern of `like ... escape '\\'` for texts that hold these words. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

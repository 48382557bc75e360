/** Check digits of numbers that have them. */

/** ISO/IEC 7812-1. */
export function luhnHolds(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

const verhoeffTimes: readonly string[] = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const verhoeffShift: readonly string[] = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** Verhoeff's check, as Aadhaar numbers carry it. */
export function verhoeffHolds(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const shifted = Number(verhoeffShift[i % 8]?.[digit]);
    check = Number(verhoeffTimes[check]?.[shifted]);
  }
  return digits.length > 0 && check === 0;
}

/** ISO 13616: the remainder by 97 is 1. */
export function ibanHolds(iban: string): boolean {
  const turned = iban.slice(4) + iban.slice(0, 4);
  let rest = 0;
  for (const sign of turned) {
    const value = /\d/.test(sign) ? sign : String(sign.charCodeAt(0) - 55);
    for (const digit of value) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}

/** Lengths of card numbers by their first digits: the large schemes. */
export function cardLengths(digits: string): readonly number[] {
  const two = Number(digits.slice(0, 2));
  const four = Number(digits.slice(0, 4));
  if (digits[0] === '4') return [16, 19];
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return [16];
  if (two === 34 || two === 37) return [15];
  if (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059)) return [14, 16];
  if (two === 35) return [16];
  if (two === 60 || two === 62 || two === 64 || two === 65 || two === 81 || two === 82) return [16, 19];
  if (two === 50 || (two >= 56 && two <= 69)) return [16, 18, 19];
  return [];
}

/** What sliders may be set to. Apart from the schemas, so that a page can carry it without them. */
export const speechRange = {
  speed: { min: 0.7, max: 1.3 },
  floorMs: { min: 150, max: 1000 },
  ceilingMs: { min: 800, max: 4000 },
} as const;

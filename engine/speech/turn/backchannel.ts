const backchannel =
  /^(?:(?:m+[\s-]?h+m+|mm+|hm+|uh[\s-]?huh|uh[\s-]uh|ah[\s-]?h[au]h?|u?h+um+|mhm+|oh|so|ah|uh|okay|ok|yeah|yep|right|i[\s,.]*(?:see|c\b(?:[\s,.]*c\b)*)|got it|sure|all right|alright|great|good|perfect|cool|fine|nice|thanks|thank you|ha|haha|huh)[\s.,!?-]*)+$/i;

/** True for sounds that say "I am listening" and not "stop". */
export const isBackchannel = (text: string): boolean => backchannel.test(text.trim());

const floor =
  /\b(?:wait|stop|no|nope|hold on|hang on|hold it|excuse me|pardon|sorry|actually|question|one (?:second|moment)|just a (?:second|moment|minute)|never ?mind|forget it|wrong|cancel|listen|can i|could i|can you|could you|do you|are you|i need|i want|i have|i just|what|when|where|who|how|why|which)\b/i;

/** True for words that ask the other to stop, whatever stands around them. */
export const wantsTheFloor = (text: string): boolean => floor.test(text);

/** Words of a text, each once: a recogniser that is given a cough repeats itself. */
export const distinctWords = (text: string): readonly string[] => [
  ...new Set(text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []),
];

const little = new Set("a ah and but i it so that that's the to uh um well you".split(' '));

/** True for what a recogniser makes of a cough or of the first half of a word, which may be a figure. */
export const saysLittle = (text: string): boolean =>
  distinctWords(text).every((word) => little.has(word) || /^\d$/.test(word));

const backchannel =
  /^(?:(?:m+[\s-]?h+m+|mm+|hm+|uh[\s-]?huh|u?h+um+|mhm+|okay|ok|yeah|right|i see|got it|sure|all right|alright)[\s.,!]*)+$/i;

/** True for sounds that say "I am listening" and not "stop". */
export const isBackchannel = (text: string): boolean => backchannel.test(text.trim());

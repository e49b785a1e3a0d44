/**
 * Every message that a user can see, in one place: one function or constant
 * for each. Style: a full sentence without a final stop where it stands alone
 * on a line; names and values in double quotes.
 */

// Expressions (watches, hovers, conditions)

export const expressionMessages = {
  unexpected: (text: string) => `unexpected "${text}"`,
  endsTooEarly: () => "the expression ends too early",
  badOctal: (text: string) => `"${text}" is no octal number`,
  unknownName: (name: string) => `"${name}" is not known here`,
  unknownRegister: (name: string) => `there is no register "${name}"`,
  unknownType: (name: string) => `there is no type "${name}"`,
  unknownMember: (type: string, name: string) => `${type} has no member "${name}"`,
  noMembers: (type: string) => `${type} has no members`,
  notPointer: (type: string) => `${type} is no pointer`,
  notIndexable: (type: string) => `${type} cannot be indexed`,
  incomplete: (type: string) => `${type} is incomplete here, its size is not known`,
  noAddress: () => "this value has no address",
  notAssignable: () => "this value cannot be changed",
  notNumber: (type: string) => `${type} is no number`,
  badOperands: (op: string, left: string, right: string) => `"${op}" does not take ${left} and ${right}`,
  divideByZero: () => "division by zero",
  optimizedOut: () => "optimized out",
  cannotRead: (address: string) => `memory at ${address} cannot be read`,
  cannotWrite: (address: string) => `memory at ${address} cannot be written`,
  registerLost: (name: string) => `the register ${name} was not kept in this frame`,
  noFrameBase: () => "not available: there is no unwind information here",
  noEntryValue: () => "not available: the value at function entry was not kept",
  unsupportedLocation: (what: string) => `not available: ${what} is not supported`,
  corruptLocation: (what: string) => `not available: the debug information is corrupt (${what})`,
  conditionWide: () => "a condition works on values of up to 32 bits",
  conditionPlace: (name: string) => `"${name}" cannot be used in a condition here: its place changes from instruction to instruction`,
  conditionAssigns: () => "a condition cannot assign",
  conditionDeep: () => "the condition is nested too deeply",
} as const;

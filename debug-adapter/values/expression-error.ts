/** What the user wrote cannot be understood or has no value. The message is meant for the user. */
export class ExpressionError extends Error {}

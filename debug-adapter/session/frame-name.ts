import type { DebugProtocol } from "@vscode/debugprotocol";
import type { FrameRow } from "../stack/stack";
import { typeName, type Variable } from "../symbols/index";

/** The most characters of one parameter's value. */
const MOST_OF_A_VALUE = 40;

/** A frame's name as the client wants it: `module!name(type parameter=value) line 5`, each part if it is asked for. */
export function frameName(
  row: FrameRow,
  format: DebugProtocol.StackFrameFormat | undefined,
  valueOf: (parameter: Variable) => string,
): string {
  const { name, machine, source, position } = row;
  const inlined = source?.isInlined === true ? " (inlined)" : "";
  if (format === undefined) return `${name}${inlined}`;
  const module = format.module === true && machine.image !== undefined ? `${machine.image.name}!` : "";
  const line = format.line === true && position !== undefined ? ` line ${position.line}` : "";
  const isListed = format.parameters === true && source?.function.hasDebugInfo === true;
  const parameters = isListed
    ? `(${source.parameters.map((each) => parameterText(each, format, valueOf)).join(", ")})`
    : "";
  return `${module}${name}${parameters}${line}${inlined}`;
}

function parameterText(
  parameter: Variable,
  { parameterTypes, parameterNames, parameterValues }: DebugProtocol.StackFrameFormat,
  valueOf: (parameter: Variable) => string,
): string {
  // A client that asks only for parameters gets their names.
  const isNamed = parameterNames === true || (parameterTypes !== true && parameterValues !== true);
  const declaration = [parameterTypes === true ? typeName(parameter.type) : "", isNamed ? parameter.name : ""];
  const text = declaration.filter((part) => part !== "").join(" ");
  if (parameterValues !== true) return text;
  const value = valueOf(parameter);
  const shown = value.length > MOST_OF_A_VALUE ? `${value.slice(0, MOST_OF_A_VALUE)}...` : value;
  return text === "" ? shown : `${text}=${shown}`;
}

/**
 * The texts of a union type such as `type Kind = 'a' | 'b'`, read from its source, because types are gone when tests run.
 * Fails when the type is not there or holds anything else, so that a renamed type cannot make a check pass blind.
 */
import ts from 'typescript';
import { projectText } from './project.ts';

/** `name` is a type alias of `path`, or `Interface.property` for the type of a property. Sorted. */
export function textsOfType(path: string, name: string): readonly string[] {
  const [top, property] = name.split('.');
  const source = ts.createSourceFile(path, projectText(path), ts.ScriptTarget.Latest, true);
  const type = source.statements.map((statement) => find(statement, top, property)).find(Boolean);
  if (type === undefined) throw new Error(`${path} has no type ${name}`);
  return (ts.isUnionTypeNode(type) ? [...type.types] : [type])
    .map((member) => {
      if (ts.isLiteralTypeNode(member) && ts.isStringLiteral(member.literal)) {
        return member.literal.text;
      }
      throw new Error(`${name} in ${path} is not a union of texts`);
    })
    .sort();
}

function find(
  statement: ts.Statement,
  top: string | undefined,
  property: string | undefined,
): ts.TypeNode | undefined {
  if (property === undefined) {
    const found = ts.isTypeAliasDeclaration(statement) && statement.name.text === top;
    return found ? statement.type : undefined;
  }
  if (!ts.isInterfaceDeclaration(statement) || statement.name.text !== top) return undefined;
  return statement.members
    .filter((member) => ts.isPropertySignature(member))
    .find((member) => ts.isIdentifier(member.name) && member.name.text === property)?.type;
}

/** Rules on size and shape: lengths, parameters, nesting, the opening comment, names of files, what is exported. */
import { basename } from 'node:path/posix'
import { finding, held, heldList, lineOf } from './source.ts'
import type { Rule, Source, SyntaxNode } from './source.ts'

const fileLinesMax = 300
const functionLinesMax = 60
const parametersMax = 3
const nestingMax = 3

const fileLength: Rule = {
  name: `a file has at most ${fileLinesMax} lines`,
  check: (source) => {
    const lines = source.text.trimEnd().split('\n').length
    if (!source.path.endsWith('.ts') || isGenerated(source) || lines <= fileLinesMax) return []
    return [finding(source, 0, `${lines} lines`)]
  },
  fault: { path: 'src/base/sample.ts', text: `/** x */\n${'let a\n'.repeat(fileLinesMax)}` },
}

const functionLength: Rule = {
  name: `a function has at most ${functionLinesMax} lines`,
  check: (source) => {
    if (isGenerated(source)) return []
    return source.nodes.filter(isFunction).flatMap((node) => {
      const lines = lineOf(source, node.end) - lineOf(source, node.start) + 1
      if (lines <= functionLinesMax || isSuite(source, node)) return []
      return [finding(source, node.start, `a function of ${lines} lines`)]
    })
  },
  fault: {
    path: 'src/base/sample.ts',
    text: `/** x */\nfunction f() {${'\n f()'.repeat(functionLinesMax)}\n}\n`,
  },
}

const parameterCount: Rule = {
  name: `a function has at most ${parametersMax} parameters, then an object`,
  check: (source) =>
    source.nodes.filter(isFunction).flatMap((node) => {
      const own = heldList(node, 'params').filter((parameter) => parameter['name'] !== 'this')
      return own.length <= parametersMax
        ? []
        : [finding(source, node.start, `${own.length} parameters`)]
    }),
  fault: {
    path: 'src/base/sample.ts',
    text: '/** x */\nconst f = (a: 1, b: 2, c: 3, d: 4) => a\n',
  },
}

const nesting: Rule = {
  name: `blocks nest at most ${nestingMax} deep`,
  check: (source) =>
    source.nodes.flatMap((node) =>
      isBlockStatement(node) && depthOf(source, node) === nestingMax + 1
        ? [finding(source, node.start, 'too deep')]
        : [],
    ),
  fault: {
    path: 'src/base/sample.ts',
    text: '/** x */\nfor (;;) { if (a) { while (b) { try { c() } catch { d() } } } }\n',
  },
}

const openingComment: Rule = {
  name: 'a file opens with a comment that says what it is for',
  check: (source) =>
    /^(#!.*\n)?\s*\/[*/]/.test(source.text) || !source.path.endsWith('.ts')
      ? []
      : [finding(source, 0, 'no opening comment')],
  fault: { path: 'src/base/sample.ts', text: 'export const a = 1\n' },
}

const kebabCase: Rule = {
  name: 'files are named in kebab-case',
  check: (source) =>
    !source.path.endsWith('.ts') ||
    /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|gen|d))?\.ts$/.test(basename(source.path))
      ? []
      : [finding(source, 0, 'not kebab-case')],
  fault: { path: 'src/base/somePart.ts', text: '/** x */\n' },
}

const emptyNames: Rule = {
  name: 'no file or folder has a name that says nothing',
  check: (source) => {
    const parts = source.path.split('/').flatMap((part) => part.split(/[.-]/))
    const empty = parts.find((part) => /^(utils?|helpers?|managers?|common|misc)$/.test(part))
    return empty === undefined ? [] : [finding(source, 0, `a name with "${empty}"`)]
  },
  fault: { path: 'src/base/string-utils.ts', text: '/** x */\n' },
}

const defaultExport: Rule = {
  name: 'exports are named',
  check: (source) => (source.hasDefaultExport ? [finding(source, 0, 'a default export')] : []),
  fault: { path: 'src/base/sample.ts', text: '/** x */\nexport default 1\n' },
}

const barrels: Rule = {
  name: 'only index.ts passes on the exports of others',
  check: (source) =>
    basename(source.path) === 'index.ts'
      ? []
      : source.imports
          .filter((found) => found.reexport)
          .map((found) => finding(source, found.start, `passes on ${found.module}`)),
  fault: { path: 'src/base/sample.ts', text: "/** x */\nexport { a } from './a.ts'\n" },
}

export const shapeRules: readonly Rule[] = [
  fileLength,
  functionLength,
  parameterCount,
  nesting,
  openingComment,
  kebabCase,
  emptyNames,
  defaultExport,
  barrels,
]

function isGenerated(source: Source): boolean {
  return source.path.endsWith('.gen.ts')
}

function isFunction(node: SyntaxNode): boolean {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)
}

/** A suite (`describe(name, () => …)`, or a function that only registers tests) is a chapter, not a function. */
function isSuite(source: Source, node: SyntaxNode): boolean {
  return source.path.startsWith('test/') && heldList(held(node, 'body'), 'body').some(registersTest)
}

function registersTest(statement: SyntaxNode): boolean {
  const expression = held(statement, 'expression')
  const call = expression?.type === 'AwaitExpression' ? held(expression, 'argument') : expression
  const callee = held(call, 'callee')
  const name = callee?.['name'] ?? held(callee, 'property')?.['name']
  return typeof name === 'string' && /^(test|it|describe|suite)$/.test(name)
}

function isBlockStatement(node: SyntaxNode): boolean {
  return /^(If|For|ForIn|ForOf|While|DoWhile|Try|Switch)Statement$/.test(node.type)
}

/** How many statements with blocks hold this one inside its function, itself included; `else if` is no level. */
function depthOf(source: Source, node: SyntaxNode): number {
  let depth = 1
  let child = node
  for (let up = source.parents.get(node); up !== undefined; up = source.parents.get(up)) {
    if (isFunction(up)) return depth
    const elseIf = up.type === 'IfStatement' && up['alternate'] === child
    if (isBlockStatement(up) && !elseIf) depth++
    child = up
  }
  return depth
}

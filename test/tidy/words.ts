/** Rules on words: what is not written, where it is not written, and why there is one place where it may be. */
import { finding, held, heldList } from './source.ts'
import type { Finding, Rule, Source, SyntaxNode } from './source.ts'

const anyType = bannedNode('no `any`', 'TSAnyKeyword', 'let a: any')
const enumWord = bannedNode('no `enum`', 'TSEnumDeclaration', 'enum A { B }')
const namespaceWord = bannedNode('no `namespace`', 'TSModuleDeclaration', 'namespace A {}')
const nonNull = bannedNode('no non-null `!`', 'TSNonNullExpression', 'let b = a!')

const environment = bannedMember({
  name: 'the environment is read in one place of src',
  member: /^process\.env$/,
  allowed: /^(src\/server\/(options|config)[^/]*|(test|tools|bench)\/.*)$/,
  fault: 'process.env',
})

const time = bannedMember({
  name: 'time and chance are handed in',
  member: /^(Date\.now|Math\.random|performance\.now)$/,
  allowed: /^(src\/base\/.*|(test|tools|bench)\/.*)$/,
  fault: 'Date.now()',
})

const console_ = bannedMember({
  name: 'only the command line talks to the terminal',
  member: /^console\.\w+$/,
  allowed: /^(src\/cli\/.*|(test|tools|bench)\/.*)$/,
  fault: "console.log('x')",
})

const gathering = bannedMember({
  name: 'bytes flow, they are gathered in src/base only',
  member: /^Buffer\.concat$/,
  allowed: /^(src\/base\/.*|(test|tools|bench)\/.*)$/,
  fault: 'Buffer.concat([])',
})

const newDate: Rule = {
  name: 'no `new Date()` of the moment outside src/base',
  check: (source) =>
    inSource(source) && !source.path.startsWith('src/base/')
      ? found(
          source,
          (node) =>
            node.type === 'NewExpression' &&
            held(node, 'callee')?.['name'] === 'Date' &&
            heldList(node, 'arguments').length === 0,
        )
      : [],
  fault: { path: 'src/wire/sample.ts', text: '/** x */\nconst a = new Date()\n' },
}

const leftOver: Rule = {
  name: 'no note to a later self',
  check: (source) =>
    source.comments
      .filter((comment) => new RegExp(`\\b(${leftOverWords.join('|')})\\b`).test(comment.value))
      .map((comment) => finding(source, comment.start, 'a stray note')),
  fault: { path: 'src/wire/sample.ts', text: `/** x */\n// ${['TO', 'DO'].join('')}: y\n` },
}

/** Put together here, so that this file holds none of them. */
const leftOverWords = [
  ['TO', 'DO'],
  ['FIX', 'ME'],
  ['XX', 'X'],
].map((halves) => halves.join(''))

/** A folder of somebody's machine, at the start of a path. */
const machinePath = /(?<![\w.$})\]*-])\/(?:work|root|home|tmp)\//

const machinePaths: Rule = textRule({
  name: 'no path of a machine',
  pattern: machinePath,
  fault: `see ${['', 'home', 'someone', 'notes'].join('/')}`,
})

const registryHosts: Rule = textRule({
  name: 'no host of a package registry',
  pattern: /registry\.(?:npm|yarn)|\bpypi\.org|pythonhosted\.|proxy\.golang\.|"resolved": "https?:/,
  fault: `fetched from ${['pypi', 'org'].join('.')}`,
})

export const wordRules: readonly Rule[] = [
  anyType,
  enumWord,
  namespaceWord,
  nonNull,
  environment,
  time,
  console_,
  gathering,
  newDate,
  leftOver,
  machinePaths,
  registryHosts,
]

function bannedNode(name: string, type: string, fault: string): Rule {
  return {
    name,
    check: (source) => found(source, (node) => node.type === type),
    fault: { path: 'src/wire/sample.ts', text: `/** x */\n${fault}\n` },
  }
}

interface BannedMember {
  readonly name: string
  /** `object.property` as written. */
  readonly member: RegExp
  /** Paths where it may stand. */
  readonly allowed: RegExp
  readonly fault: string
}

function bannedMember(banned: BannedMember): Rule {
  return {
    name: banned.name,
    check: (source) =>
      banned.allowed.test(source.path)
        ? []
        : found(source, (node) => banned.member.test(memberName(node))),
    fault: { path: 'src/wire/sample.ts', text: `/** x */\n${banned.fault}\n` },
  }
}

/** Looks at every line of every kind of file. */
function textRule(rule: { name: string; pattern: RegExp; fault: string }): Rule {
  return {
    name: rule.name,
    check: (source) =>
      source.text
        .split('\n')
        .flatMap((line, at) =>
          rule.pattern.test(line) && !isPatternItself(source, line)
            ? [{ path: source.path, line: at + 1, what: line.trim().slice(0, 80) }]
            : [],
        ),
    fault: { path: 'docs/sample.md', text: `A page.\n${rule.fault}\n` },
  }
}

/** This file has to spell the patterns that it looks for. */
function isPatternItself(source: Source, line: string): boolean {
  return source.path === 'test/tidy/words.ts' && line.trim().startsWith('pattern: /')
}

function found(source: Source, wanted: (node: SyntaxNode) => boolean): Finding[] {
  return source.nodes
    .filter(wanted)
    .map((node) => finding(source, node.start, source.text.slice(node.start, node.start + 40)))
}

function inSource(source: Source): boolean {
  return source.path.startsWith('src/')
}

function memberName(node: SyntaxNode): string {
  if (node.type !== 'MemberExpression') return ''
  return `${String(held(node, 'object')?.['name'])}.${String(held(node, 'property')?.['name'])}`
}

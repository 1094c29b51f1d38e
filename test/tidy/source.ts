/** One file of the repository as the house rules see it: its path, its text and, for TypeScript, its syntax tree. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'

/** Any node of the tree; what it holds depends on its type. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [member: string]: unknown
}

export interface Import {
  readonly module: string
  /** Written as `import type` (or `export type … from`): gone when the program runs. */
  readonly typeOnly: boolean
  readonly reexport: boolean
  readonly start: number
}

export interface Source {
  /** From the top of the repository, with forward slashes. */
  readonly path: string
  readonly text: string
  readonly nodes: readonly SyntaxNode[]
  /** The node that directly holds a node. */
  readonly parents: ReadonlyMap<SyntaxNode, SyntaxNode>
  readonly imports: readonly Import[]
  readonly comments: readonly { readonly value: string; readonly start: number }[]
  readonly hasDefaultExport: boolean
}

export interface Finding {
  readonly path: string
  readonly line: number
  readonly what: string
}

/** A rule is data: its name, what it finds in a file, and a small file that it must find at fault. */
export interface Rule {
  readonly name: string
  readonly check: (source: Source) => readonly Finding[]
  readonly fault: { readonly path: string; readonly text: string }
}

export const repositoryRoot: string = fileURLToPath(new URL('../..', import.meta.url))

const notOurs = new Set(['node_modules', '.git', 'dist', 'data', 'ashlar-data', '.cache'])

/** Every file of the repository that is ours, as paths from its top, in order. */
export function repositoryFiles(folder = ''): string[] {
  const entries = readdirSync(join(repositoryRoot, folder), { withFileTypes: true })
  return entries
    .filter((entry) => !notOurs.has(entry.name) && !entry.name.endsWith('.log'))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? repositoryFiles(path) : [path]
    })
    .toSorted()
}

export function readSource(path: string): Source {
  return parseSource(path, readFileSync(join(repositoryRoot, path), 'utf8'))
}

/** Throws a SyntaxError where the text is not TypeScript; other kinds of files have no tree. */
export function parseSource(path: string, text: string): Source {
  if (!path.endsWith('.ts')) return { path, text, ...noTree }
  const parsed = parseSync(path, text)
  const broken = parsed.errors[0]
  if (broken !== undefined) throw new SyntaxError(`${path}: ${broken.message}`)
  const parents = new Map<SyntaxNode, SyntaxNode>()
  const nodes: SyntaxNode[] = []
  const statements: readonly unknown[] = parsed.program.body
  for (const statement of statements.filter(isNode)) gather(statement, nodes, parents)
  return {
    path,
    text,
    nodes,
    parents,
    imports: nodes.flatMap(importsOf),
    comments: parsed.comments,
    hasDefaultExport: nodes.some((node) => node.type === 'ExportDefaultDeclaration'),
  }
}

export function lineOf(source: Source, offset: number): number {
  return source.text.slice(0, offset).split('\n').length
}

export function finding(source: Source, offset: number, what: string): Finding {
  return { path: source.path, line: lineOf(source, offset), what }
}

/** The node that another holds under a name, if one is there. */
export function held(node: SyntaxNode | undefined, member: string): SyntaxNode | undefined {
  const value = node?.[member]
  return isNode(value) ? value : undefined
}

export function heldList(node: SyntaxNode | undefined, member: string): readonly SyntaxNode[] {
  const value = node?.[member]
  return Array.isArray(value) ? value.filter(isNode) : []
}

const noTree = {
  nodes: [],
  parents: new Map<SyntaxNode, SyntaxNode>(),
  imports: [],
  comments: [],
  hasDefaultExport: false,
}

function gather(node: SyntaxNode, nodes: SyntaxNode[], parents: Map<SyntaxNode, SyntaxNode>): void {
  nodes.push(node)
  for (const child of childrenOf(node)) {
    parents.set(child, node)
    gather(child, nodes, parents)
  }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node).flat().filter(isNode)
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** Static, re-exporting and dynamic imports; `import('./x.ts').Y` as a type counts as type-only. */
function importsOf(node: SyntaxNode): Import[] {
  const module = held(node, 'source')?.['value']
  if (typeof module !== 'string') return []
  const reexport = node.type === 'ExportNamedDeclaration' || node.type === 'ExportAllDeclaration'
  const kind = node['importKind'] ?? node['exportKind']
  const typeOnly = kind === 'type' || node.type === 'TSImportType'
  return [{ module, typeOnly, reexport, start: node.start }]
}

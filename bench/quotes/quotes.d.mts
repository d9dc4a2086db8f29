export function withFigures(text: string, template: string, figures: Readonly<Record<string, string>>): string
export function withCells(text: string, cells: readonly (readonly string[])[]): string

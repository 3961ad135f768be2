import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The one accent: a blue with enough contrast on white (7) and on the dark ground (4), and below white words (6, 7). */
const gate: MantineColorsTuple = [
  '#eef5ff',
  '#d9e7fb',
  '#aeccf5',
  '#80aff0',
  '#5b97eb',
  '#3f86e4',
  '#2273d6',
  '#1a5fb4',
  '#154f98',
  '#0d3b74',
];

/** How everything looks. Sizes are those of a tool: dense, but with targets of 24 px and more. */
export const theme = createTheme({
  primaryColor: 'gate',
  primaryShade: { light: 7, dark: 6 },
  colors: { gate },
  autoContrast: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  defaultRadius: 'sm',
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.45rem' }, h2: { fontSize: '1.15rem' }, h3: { fontSize: '1rem' } },
  },
  respectReducedMotion: true,
  components: {
    // Mantine dims to a grey that misses 4.5 : 1 on tinted grounds.
    Anchor: { defaultProps: { underline: 'hover', inherit: true } },
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close' },
        // The header of a dialog is no second banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
    },
    Tooltip: { defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } } },
  },
});

/** Greys and reds that keep a contrast of 4.5 : 1 (WCAG 2.2, 1.4.3). */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5b636b',
    '--mantine-color-placeholder': '#6a7178',
    '--mantine-color-error': '#b3192a',
    '--mantine-color-red-outline': '#b3192a',
    '--mantine-color-orange-outline': '#8a4b00',
    '--mantine-color-green-outline': '#1a6b35',
    '--mantine-color-anchor': '#1a5fb4',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b1b9',
    '--mantine-color-placeholder': '#98a0a8',
    '--mantine-color-error': '#ff8f8f',
    '--mantine-color-red-outline': '#ff8f8f',
    '--mantine-color-orange-outline': '#f2c078',
    '--mantine-color-green-outline': '#7fd69a',
    '--mantine-color-anchor': '#80aff0',
  },
});

// The colours a person can have. They are stored with the person, so they are plain values and
// read well with dark letters in both themes.
export const personColours = [
  { name: 'teal', value: '#4cc9c0' },
  { name: 'blue', value: '#7fb2f0' },
  { name: 'violet', value: '#b7a0ee' },
  { name: 'rose', value: '#ee9db4' },
  { name: 'amber', value: '#e8b765' },
  { name: 'green', value: '#93cc8b' },
] as const;

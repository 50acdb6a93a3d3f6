/** An article in Markdown, with all that is no running text. */
export const ARTICLE = `# Solar power in the valley

The valley gets most of its electricity from solar power since the dam was closed. Solar panels now cover
the roofs of nearly every farm, and the cooperative sells what is left over.

It rained on Tuesday.

| year | share |
|---|---|
| 2020 | 12 % |

- Read the report
- The cooperative pays farmers for solar power that they feed into the grid.

\`\`\`
const solar = "power";
\`\`\`

Farmers who joined the cooperative say that solar power pays for itself within six years. Anna Berg, who
keeps goats, put solar panels on her stable. The goats did not notice. Without the solar panels, says the
cooperative, the valley would buy electricity from the coal plant again.
`;

/** Advice for programs on systems other than Windows. */
export const elsewhere = `on ${process.platform} send the bytes as an argument or a stream`;

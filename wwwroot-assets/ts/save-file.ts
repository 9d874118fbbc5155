// Makes what the server streams here a file of the browser.
export async function save(name: string, type: string, stream: { arrayBuffer(): Promise<ArrayBuffer> }): Promise<void> {
  const address = URL.createObjectURL(new Blob([await stream.arrayBuffer()], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Files that the page's own address names, as `dotplus view` gives them: `#open=model.keras&open=io.npz`, each beside the
 * page in `model/`.
 *
 * @throws {Error} when one of them cannot be had
 */
export async function filesFromAddress(hash: string): Promise<File[]> {
  const names = new URLSearchParams(hash.replace(/^#/, '')).getAll('open')
  return Promise.all(
    names.map(async (name) => {
      const response = await fetch(`./model/${encodeURIComponent(name)}`)
      if (!response.ok) throw new Error(`${name}: status ${response.status}`)
      return new File([await response.blob()], name)
    }),
  )
}

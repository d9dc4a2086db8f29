export default function Page() {
  return <p>Ask /log</p>
}

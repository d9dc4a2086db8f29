export default function Page() {
  return <p>POST /orders/anna logs a line.</p>
}
